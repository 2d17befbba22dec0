import { expect, it } from 'vitest';
import { listenToNetwork } from './network.js';

class Browser extends EventTarget {
  readonly navigator = { onLine: true };
}

it('says when the network comes and goes, until nobody listens', () => {
  const browser = new Browser();
  const heard: string[] = [];
  const stop = listenToNetwork(event => heard.push(event), browser);
  browser.dispatchEvent(new Event('offline'));
  browser.dispatchEvent(new Event('online'));
  stop();
  browser.dispatchEvent(new Event('offline'));
  expect(heard).toEqual(['offline', 'online']);
});

it('says at once when there is none', () => {
  const browser = new Browser();
  browser.navigator.onLine = false;
  const heard: string[] = [];
  listenToNetwork(event => heard.push(event), browser)();
  expect(heard).toEqual(['offline']);
});

it('says nothing where nobody knows', () => {
  const heard: string[] = [];
  listenToNetwork(event => heard.push(event), {})();
  expect(heard).toEqual([]);
});
