import type { User } from '@rollcall/client/server';
import { Moment } from '../frame/moment.js';
import { EditableField } from './editable-field.js';
import classes from './profile.module.css';

const DONE = { print: (value: unknown) => (value === undefined ? '' : String(value)) };

/** The built-in fields, each edited where it stands. What only the server writes is there to be read. */
export function Profile({ user }: { user: User }) {
  return (
    <dl className={classes.fields}>
      <EditableField user={user} field="name" label="Name" {...DONE} read={orAbsent} />
      <EditableField user={user} field="role" label="Role" {...DONE} read={text => text} />
      <EditableField
        user={user}
        field="teams"
        label="Teams"
        print={teams => (teams as string[]).join(', ')}
        read={text =>
          text
            .split(',')
            .map(team => team.trim())
            .filter(Boolean)
        }
      />
      <EditableField user={user} field="language" label="Language" {...DONE} read={orAbsent} />
      <EditableField user={user} field="image" label="Image" {...DONE} read={orAbsent} />
      <EditableField
        user={user}
        field="invisible"
        label="Invisible"
        print={invisible => (invisible === true ? 'yes' : 'no')}
        read={text => text === 'yes'}
        choices={['no', 'yes']}
      />
      {user.teams_role && <Fact label="Roles in teams">{pairs(user.teams_role)}</Fact>}
      {user.ban_expires !== undefined && (
        <Fact label="Ban ends">
          <Moment at={user.ban_expires} />
        </Fact>
      )}
      {user.deactivated_at !== undefined && (
        <Fact label="Deactivated">
          <Moment at={user.deactivated_at} />
        </Fact>
      )}
      {user.deleted_at !== undefined && (
        <Fact label="Deleted">
          <Moment at={user.deleted_at} />
        </Fact>
      )}
      {user.privacy_settings && <Fact label="Privacy">{JSON.stringify(user.privacy_settings)}</Fact>}
      {user.push_notifications && <Fact label="Push">{JSON.stringify(user.push_notifications)}</Fact>}
      {user.avg_response_time !== undefined && <Fact label="Answers within">{user.avg_response_time} s</Fact>}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function pairs(record: Record<string, string>): string {
  return Object.entries(record)
    .map(([team, role]) => `${team}: ${role}`)
    .join(', ');
}
