import { readFileSync } from 'node:fs';

/**
 * The name of one lab, at the start of every namespace, folder and shared-memory file that it makes:
 * `ap`, the process, when that process started (process numbers are reused), and a number within the process.
 * Letters and digits alone, because squid accepts nothing else as its service name.
 */
export type LabId = string;

const PATTERN = /^(ap(\d+)t(\d+)n\d+)(?![0-9a-z])/;
/** Squid appends the namespace's position before its own suffix, so shared-memory files carry a letter after the id. */
const SHARED_MEMORY_PATTERN = /^(ap(\d+)t(\d+)n\d+)s\d+-/;

let count = 0;

/** @returns an identifier that no other lab on this machine has */
export function newLabId(): LabId {
  count += 1;
  return `ap${process.pid}t${startTicks(process.pid)}n${count}`;
}

/**
 * @param name the name of a namespace, a folder or a shared-memory file
 * @returns the lab that it belongs to, or undefined where it is none of a lab's
 */
export function labOf(name: string): LabId | undefined {
  return (PATTERN.exec(name) ?? SHARED_MEMORY_PATTERN.exec(name))?.[1];
}

/** @returns whether the process that made this lab still runs */
export function isAlive(id: LabId): boolean {
  const match = PATTERN.exec(id);
  return match !== null && startTicks(Number(match[2])) === match[3];
}

/** When a process started, in clock ticks since boot (proc(5), field 22 of stat); undefined where it is gone. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
