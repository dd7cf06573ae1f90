import { pk } from '@bcmed/physiology';

/**
 * The models by which a target may be ordered, by the name that stands in the signed text. A name never changes its meaning: another
 * set of numbers is another name.
 */
export const TARGET_MODELS = {
  'propofol-marsh': pk.MARSH,
  'propofol-marsh-modified': pk.MARSH_MODIFIED,
  'propofol-schnider': pk.SCHNIDER,
  'propofol-eleveld': pk.ELEVELD_PROPOFOL,
  'propofol-eleveld-with-opioid': pk.ELEVELD_PROPOFOL_WITH_OPIOID,
  'remifentanil-minto': pk.MINTO,
  'remifentanil-eleveld': pk.ELEVELD_REMIFENTANIL,
} as const satisfies Readonly<Record<string, pk.PkModel>>;

export type TargetModelName = keyof typeof TARGET_MODELS;
