import { parse, type Spec, View } from 'vega';

/** A drawing, as SVG in the colours of the page that shows it. */
export interface Plot {
  readonly title: string;
  /** What it shows, for whoever does not see it. */
  readonly text: string;
  readonly svg: string;
}

/** How every text of a drawing looks. */
export const TEXT = {
  fill: { value: 'currentColor' },
  font: { value: 'system-ui, sans-serif' },
  fontSize: { value: 13 },
  baseline: { value: 'middle' },
} as const;

/** @param spec without the fields that all drawings share */
export const svgOf = (spec: Spec): Promise<string> =>
  new View(parse({ background: 'transparent', autosize: 'none', ...spec }), { renderer: 'none' }).toSVG();
