import type { AppSettings } from '@rollcall/client/server';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { CodePopover } from '../frame/code-popover.js';
import { type Command, useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { May } from './may-form.js';
import { Revocation } from './revocation.js';
import { Roles } from './roles.js';
import { EDITED_SETTINGS, SECTIONS, SETTING_KINDS, type SectionName, settingsOf } from './setting-kinds.js';
import { SettingRow } from './setting-row.js';
import { codeOfSettings } from './settings-code.js';
import classes from './settings-page.module.css';
import { rolesQuery, settingsQuery } from './settings-query.js';

const route = getRouteApi('/settings');

/** Settings that have a part of their own. */
const OTHERS: Partial<Record<SectionName, string[]>> = {
  entry: ['revoke_tokens_issued_before'],
  roles: ['grants'],
};

const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];

/** What keys go through, in the order of the page. */
const PLACES = SECTION_NAMES.flatMap((name): string[] => [...settingsOf(name), ...(OTHERS[name] ?? [])]);

/** The settings of the app on one page. Each says what it does, and is edited where it stands. */
export function SettingsPage() {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const { at } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: settings, error, refetch } = useQuery(settingsQuery(client));
  const go = (place: string | undefined) =>
    void navigate({ search: before => ({ ...before, at: place }), replace: true });
  const step = (by: number) => {
    const index = at === undefined ? -1 : PLACES.indexOf(at);
    go(PLACES[Math.max(0, Math.min(PLACES.length - 1, index + by))]);
  };
  const again = () => {
    void refetch();
    void cache.invalidateQueries({ queryKey: rolesQuery(client).queryKey });
  };
  const change = (name: keyof typeof SETTING_KINDS): Command => ({
    label: `Change a setting: ${SETTING_KINDS[name].title}`,
    refusal,
    run: () => {
      go(name);
      document.querySelector<HTMLElement>(`[data-setting="${name}"] [data-edit]`)?.click();
    },
  });
  useCommands([
    { label: 'Next setting', key: 'j', run: () => step(1) },
    { label: 'Setting before', key: 'k', run: () => step(-1) },
    { label: 'Read the settings again', key: 'r', run: again },
    { label: 'New role', key: 'n', refusal, run: () => document.getElementById('new-role')?.focus() },
    {
      label: 'Ask what a role may do',
      key: '?',
      run: () => document.querySelector<HTMLElement>('[data-may] select')?.focus(),
    },
    { label: 'Let go of the setting', key: 'Escape', run: () => go(undefined) },
    ...EDITED_SETTINGS.map(change),
  ]);
  return (
    <div className={classes.page}>
      <header className={classes.heading}>
        <h1 className={classes.title}>Settings</h1>
        <span className={classes.note}>
          {refusal ?? 'Each change takes effect at once, on every process.'}
        </span>
        <span className={classes.grow} />
        {settings && <CodePopover samples={() => codeOfSettings(location.origin, settings)} />}
      </header>
      {settings ? (
        <Sections settings={settings} at={at} onGo={go} />
      ) : error ? (
        <ErrorState error={error} onRetry={again} />
      ) : (
        <Skeleton />
      )}
    </div>
  );
}

interface SectionsProps {
  settings: AppSettings;
  at: string | undefined;
  onGo(place: string): void;
}

/** All sections, and the way to each. What the address names is in view, and has the focus. */
function Sections({ settings, at, onGo }: SectionsProps) {
  const body = useRef<HTMLElement>(null);
  // The table of roles makes the page longer, so that only then its end can be at the top.
  const { isPending } = useQuery(rolesQuery(useClient()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: It goes there once more when the page has become longer.
  useEffect(() => {
    if (at === undefined) return;
    const place = body.current?.querySelector<HTMLElement>(`[data-setting="${at}"], [data-section="${at}"]`);
    place?.scrollIntoView({ block: place.dataset.section === undefined ? 'nearest' : 'start' });
    place?.querySelector<HTMLElement>('[data-edit]:enabled')?.focus({ preventScroll: true });
  }, [at, isPending]);
  return (
    <>
      <nav className={classes.sections} aria-label="Sections">
        {SECTION_NAMES.map(name => (
          <button
            key={name}
            type="button"
            aria-current={at === name ? 'location' : undefined}
            onClick={() => onGo(name)}
          >
            {SECTIONS[name].title}
          </button>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
      <section ref={body} className={classes.body} tabIndex={0} aria-label="All settings">
        {SECTION_NAMES.map(name => (
          <section
            key={name}
            className={classes.section}
            data-section={name}
            aria-labelledby={`section-${name}`}
          >
            <h2 id={`section-${name}`} className={classes.sectionTitle}>
              {SECTIONS[name].title}
            </h2>
            <p className={classes.note}>{SECTIONS[name].says}</p>
            {settingsOf(name).map(setting => (
              <SettingRow key={setting} name={setting} settings={settings} isAt={at === setting} />
            ))}
            {name === 'entry' && (
              <Revocation settings={settings} isAt={at === 'revoke_tokens_issued_before'} />
            )}
            {name === 'roles' && <Roles settings={settings} isAt={at === 'grants'} />}
            {name === 'roles' && <May settings={settings} />}
          </section>
        ))}
      </section>
    </>
  );
}

/** The shape of what is coming. */
function Skeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Reading the settings">
      {[0, 1, 2, 3, 4].map(one => (
        <span key={one} />
      ))}
    </div>
  );
}
