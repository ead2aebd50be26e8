// How much script a first load takes, compressed: index.html's own script and what it imports at
// once, plus the part that a first page needs.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const dist = join(import.meta.dirname, '../dist');
const assets = join(dist, 'assets');
const names = [];
const text = new Map();
const bytes = new Map();
for (const file of (await readdir(assets)).filter((each) => each.endsWith('.js.gz'))) {
  const [name, content] = [file.slice(0, -'.gz'.length), await readFile(join(assets, file))];
  names.push(name);
  text.set(name, gunzipSync(content).toString('utf8'));
  bytes.set(name, content.length);
}
const html = await readFile(join(dist, 'index.html'), 'utf8');

/** Static imports of a chunk; dynamic ones are loaded when needed. */
function needs(name, seen) {
  if (seen.has(name) || !text.has(name)) return seen;
  seen.add(name);
  for (const match of text.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
    needs(match[1], seen);
  }
  return seen;
}

const first = new Set();
for (const match of html.matchAll(/assets\/([^"']+\.js)/g)) needs(match[1], first);
const pages = ['Overview', 'IncidentList', 'IncidentPage', 'EstateGraph', 'ReportPage', 'Bars'];
const size = (set) => [...set].reduce((sum, name) => sum + bytes.get(name), 0);
const kilo = (count) => `${(count / 1000).toFixed(1)} kB`;

let worst = 0;
for (const page of pages) {
  const name = names.find((each) => each.startsWith(`${page}-`));
  const set = needs(name, new Set(first));
  if (page === 'Overview' || page === 'IncidentList') worst = Math.max(worst, size(set));
  console.log(`${page.padEnd(14)} ${kilo(size(set)).padStart(10)} gzip, ${set.size} files`);
}
if (worst > 350_000) {
  console.error(`The first load is ${kilo(worst)}; the limit is 350 kB.`);
  process.exit(1);
}
