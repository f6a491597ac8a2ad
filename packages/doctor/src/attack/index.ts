export { attack } from './attack.ts';
export {
  ATTACKS,
  type AttackName,
  type AttackOutcome,
  type AttackReport,
  type AttackRow,
  attackExitStatus,
} from './report.ts';
export type { AttackTarget } from './scene.ts';
export { attackTarget } from './target.ts';
export { attackLine, attackText, attackWords } from './text.ts';
