// Opens pages in Debian's Chromium and judges them with axe-core, at the width of a phone and of a desk.
//
//   node axe.mjs [--shots FOLDER] [--dark] URL...
//
// Prints one line of JSON per page and width: violations, what axe could not decide, whether the page is wider than the
// screen, and errors that the browser logged. The browser is driven over a pipe: no debugging port, and it ends with us.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCREENS = [{ name: 'phone', width: 360, height: 780 }, { name: 'desk', width: 1280, height: 900 }];
// What lies further down than this is in no picture.
const TALLEST = 2200;
const PATIENCE_MS = 120_000;
const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

const urls = process.argv.slice(2);
let shots;
if (urls[0] === '--shots') [, shots] = urls.splice(0, 2);
const dark = urls[0] === '--dark' && urls.shift();

const profile = mkdtempSync(join(tmpdir(), 'emc-axe-'));
const program = ['/usr/lib/chromium/chromium', '/usr/lib/chromium/chromium-headless-shell'].find(existsSync) ?? 'chromium';
const flags = ['--headless', '--remote-debugging-pipe', '--disable-gpu', '--no-first-run', '--disable-extensions',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
  `--user-data-dir=${profile}`, 'about:blank'];
// Chromium's own sandbox cannot be set up by root.
if (process.getuid() === 0) flags.unshift('--no-sandbox');
const browser = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const [writer, reader] = browser.stdio.slice(3);

const calls = new Map();
const listeners = new Set();
let lastId = 0;
let unread = '';

reader.setEncoding('utf8');
reader.on('data', (text) => {
  const messages = (unread + text).split('\0');
  unread = messages.pop();
  for (const message of messages.map((each) => JSON.parse(each))) {
    if (message.id === undefined) {
      for (const listener of [...listeners]) listener(message);
    } else {
      const { resolve, reject } = calls.get(message.id);
      calls.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  }
});

function call(method, params = {}, sessionId = undefined) {
  lastId += 1;
  const id = lastId;
  writer.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => calls.set(id, { resolve, reject }));
}

function event(method, sessionId) {
  return new Promise((resolve) => {
    const listener = (message) => {
      if (message.method !== method || message.sessionId !== sessionId) return;
      listeners.delete(listener);
      resolve(message.params);
    };
    listeners.add(listener);
  });
}

async function evaluate(expression, sessionId) {
  const wish = { expression, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails } = await call('Runtime.evaluate', wish, sessionId);
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

const nodesOf = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`));

async function judge(url, screen) {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const errors = [];
  const logged = ({ method, params, sessionId: from }) => {
    if (method === 'Runtime.exceptionThrown' && from === sessionId) {
      const { exception, text } = params.exceptionDetails;
      errors.push(exception?.description ?? text);
    }
    if (method === 'Log.entryAdded' && from === sessionId && params.entry.level === 'error') errors.push(params.entry.text);
  };
  listeners.add(logged);
  await Promise.all(['Page.enable', 'Log.enable', 'Runtime.enable'].map((method) => call(method, {}, sessionId)));
  const { width, height } = screen;
  const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
  await call('Emulation.setDeviceMetricsOverride', metrics, sessionId);
  // A picture is of the page and not of its scroll bar.
  if (shots) await call('Emulation.setScrollbarsHidden', { hidden: true }, sessionId);
  const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
  await call('Emulation.setEmulatedMedia', { features }, sessionId);
  const loaded = event('Page.loadEventFired', sessionId);
  const { errorText } = await call('Page.navigate', { url }, sessionId);
  if (errorText) throw new Error(`${url}: ${errorText}`);
  await loaded;
  await evaluate(`${axe};undefined`, sessionId);
  const found = await evaluate(`axe.run(document, { resultTypes: ['violations', 'incomplete'] })
    .then(({ violations, incomplete, passes }) => ({ violations, incomplete, passed: passes.length }))`, sessionId);
  const overflow = await evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth', sessionId);
  if (shots) await shoot(url, screen, sessionId);
  listeners.delete(logged);
  await call('Target.closeTarget', { targetId });
  const { violations, incomplete, passed } = found;
  return { url, screen: screen.name, passed, violations: nodesOf(violations), undecided: nodesOf(incomplete), overflow, errors };
}

async function shoot(url, screen, sessionId) {
  const tall = await evaluate('document.documentElement.scrollHeight', sessionId);
  const clip = { x: 0, y: 0, width: screen.width, height: Math.min(tall, TALLEST), scale: 1 };
  const { data } = await call('Page.captureScreenshot', { captureBeyondViewport: true, clip }, sessionId);
  const { pathname, search } = new URL(url);
  const name = `${pathname}${search}`.replaceAll(/[/?=]/g, '_');
  writeFileSync(join(shots, `${screen.name}${dark ? '-dark' : ''}${name}.png`), Buffer.from(data, 'base64'));
}

// The profile can only go once the last of the browser's processes has gone with the browser.
function leave(code) {
  browser.removeAllListeners('exit');
  browser.once('exit', () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    process.exit(code);
  });
  if (code === 0) call('Browser.close').catch(() => {});
  else browser.kill('SIGKILL');
}

function giveUp(error) {
  console.error(String(error.stack ?? error));
  process.exitCode = 1;
  leave(1);
}

browser.on('error', (error) => {
  console.error(`${program} cannot be started: ${error.message}`);
  rmSync(profile, { recursive: true, force: true });
  process.exit(1);
});
browser.on('exit', (code) => giveUp(new Error(`the browser left with ${code}`)));
setTimeout(() => giveUp(new Error(`no verdict in ${PATIENCE_MS} ms`)), PATIENCE_MS * Math.max(1, urls.length));

try {
  for (const url of urls) for (const screen of SCREENS) console.log(JSON.stringify(await judge(url, screen)));
  leave(0);
} catch (error) {
  giveUp(error);
}
