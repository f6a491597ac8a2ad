/** The generated parts of docs/doctor.md, between `<!-- generated: NAME -->` and `<!-- end -->`. */
import { doctorWords } from '../packages/doctor/dist/index.js';
import { FINDING_CODES } from '../packages/protocol/dist/index.js';

const words = doctorWords('en');

/** Each gap of a sentence is shown by its name. @type {Record<string, string>} */
const GAPS = new Proxy({}, { get: (_, name) => String(name).toUpperCase() });

/** @param {readonly (readonly string[])[]} rows */
const table = (rows) =>
  rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');

const findings = () =>
  table([
    ['code', 'cause', 'what to do'],
    ['---', '---', '---'],
    ...FINDING_CODES.map((code) => {
      const { cause, todo } = words.findings[code](GAPS);
      return [`\`${code}\``, cause, todo];
    }),
  ]);

const classes = () =>
  table([
    ['class', 'what it is'],
    ['---', '---'],
    ...Object.entries(words.network).map(([code, { meaning }]) => [`\`${code}\``, meaning]),
  ]);

/** @type {Readonly<Record<string, () => string>>} */
const PARTS = { classes, findings };

/**
 * Puts the generated parts into the document.
 *
 * @param {string} text of docs/doctor.md
 */
export function withDoctorParts(text) {
  return text.replace(/<!-- generated: (\w+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => {
    const part = PARTS[name];
    if (!part) throw new Error(`docs/doctor.md asks for ${name}, which nobody writes`);
    return `<!-- generated: ${name} -->\n\n${part()}\n\n<!-- end -->`;
  });
}
