import { describe, expect, it } from 'vitest';
import { junitOf } from '../render/junit.ts';
import { HOME, instead, reported, row } from './testing.ts';
import { textOf } from './text.ts';

const BROKEN = reported(
  instead(
    HOME,
    row.range({ outcome: 'failed', reason: 'timeout' }),
    row.tls({ issuer: 'A <&"> B', outcome: 'failed', reason: 'certificate_untrusted' }),
  ),
);

describe('a report as text', () => {
  it('begins with the verdict, then the network, the paths, what was found and what to do', () => {
    const lines = textOf(BROKEN, { language: 'en' }).split('\n');
    expect(lines[2]).toBe('People can talk here, but something needs attention.');
    expect(lines[3]).toMatch(/^Network: Home \(certain\)/);
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at('Paths')).toBeLessThan(at('What was found'));
    expect(lines[at('relay ports are closed') + 1]).toContain('ufw allow 49152:65535/udp');
    expect(at('What was found')).toBeLessThan(at('Checks'));
  });

  it('is in Spanish where it is asked to be', () => {
    expect(textOf(BROKEN, { language: 'es' })).toContain('Red: Doméstica (seguro)');
  });

  it('has no colour unless somebody paints', () => {
    expect(textOf(BROKEN, { language: 'en' })).not.toContain('\u001b');
    const painted = textOf(BROKEN, { language: 'en', paint: (tone, text) => `<${tone}>${text}</>` });
    expect(painted).toContain('<bad>failed ');
  });

  it('aligns the columns of the checks', () => {
    const lines = textOf(BROKEN, { language: 'en' }).split('\n');
    const checks = lines.slice(lines.indexOf('Checks') + 1).filter(Boolean);
    expect(new Set(checks.map((line) => line.slice(2, 11).trimEnd().length < 9)).size).toBe(1);
    expect(checks.length).toBe(BROKEN.checks.length);
  });
});

describe('a report as JUnit XML', () => {
  it('has a test for each check and each problem, and escapes what is not ours', () => {
    const xml = junitOf(BROKEN, 'en');
    const problems = BROKEN.verdict.findings.filter(({ severity }) => severity === 'problem').length;
    expect(xml.match(/<testcase /g)).toHaveLength(BROKEN.checks.length + problems);
    expect(xml).toContain(`tests="${BROKEN.checks.length + problems}" failures="${2 + problems}" skipped="0"`);
    expect(xml).toContain('A &lt;&amp;&quot;&gt; B');
    expect(xml).not.toContain('A <');
  });
});
