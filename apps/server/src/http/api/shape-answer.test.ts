import { describe, expect, it } from 'vitest';
import { ROUTES } from './routes.js';
import { shapeAnswer } from './shape-answer.js';

function shape(name: string, answer: unknown, asked: { path?: string; query?: string; id?: string } = {}) {
  const route = ROUTES.find(({ operationId }) => operationId === name);
  if (!route) throw new Error(`no row is called ${name}`);
  const { path = '/api/x', query = '', id = 'jane' } = asked;
  return shapeAnswer(route, answer, { fields: { id }, path, query });
}

describe('the answer of a call', () => {
  it('is the one thing that was asked for, with its revision', () => {
    const jane = { id: 'jane', revision: 7 };
    const answer = { status: 200, body: jane, headers: { etag: '"7"' } };
    expect(shape('banUser', { user: jane })).toEqual(answer);
    expect(shape('upsertUser', { users: { jane }, counts: {} })).toEqual(answer);
    expect(shape('getUser', { users: [jane], position: 'a.1' })).toEqual(answer);
  });

  it('is a problem when the user that was asked for is not there', () => {
    expect(() => shape('getUser', { users: [] })).toThrow('there is no user "jane"');
  });

  it('is accepted, with the address of the task', () => {
    expect(shape('deleteUsers', { task_id: 't1' })).toEqual({
      status: 202,
      body: { task_id: 't1' },
      headers: { location: '/api/tasks/t1' },
    });
  });

  it('links to the next page where the query takes it', () => {
    const { headers } = shape(
      'listTasks',
      { tasks: [], next: 'a+b' },
      { path: '/api/tasks', query: 'limit=1&next=x' },
    );
    expect(headers).toEqual({ link: '</api/tasks?limit=1&next=a%2Bb>; rel="next"' });
    expect(shape('queryUsers', { users: [], next: 'x' }).headers).toEqual({});
    expect(shape('listTasks', { tasks: [] }).headers).toEqual({});
  });

  it('is nothing where a procedure has nothing to say, and says what has been made', () => {
    expect(shape('deleteRole', {})).toEqual({ status: 204, body: undefined, headers: {} });
    expect(shape('createRole', { name: 'x' }).status).toBe(201);
  });
});
