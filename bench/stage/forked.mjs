/** A process of a benchmark's own that is asked one thing after the other. */
import { fork } from 'node:child_process';

/**
 * Forks a file. `ask` sends a question, and resolves with the answer or rejects with what went wrong there; `stop` ends the
 * process, which also ends with this one.
 */
export function startForked(url, { argument, execArgv = [] }) {
  const child = fork(url, [argument], { execArgv });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let hasEnded = false;
  const ended = new Promise(resolve =>
    child.once('exit', () => {
      hasEnded = true;
      process.off('exit', kill);
      resolve();
    }),
  );
  const ask = question =>
    new Promise((answer, refuse) => {
      const gone = () => refuse(new Error(`a process of the benchmark has ended: ${url}`));
      if (hasEnded) return gone();
      child.once('exit', gone);
      child.once('message', ({ value, error }) => {
        child.off('exit', gone);
        if (error) refuse(new Error(error));
        else answer(value);
      });
      child.send(question);
    });
  const stop = () => {
    kill();
    return ended;
  };
  return { pid: child.pid, ask, stop };
}

/** Within such a process: answers questions by name, one function for each. */
export function answerQuestions(answers) {
  process.on('message', async question => {
    try {
      process.send({ value: await answers[question.do](question) });
    } catch (error) {
      process.send({ error: error.stack ?? String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
}
