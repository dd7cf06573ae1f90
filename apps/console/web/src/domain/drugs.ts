/**
 * Tall-man lettering: the letters by which names that look alike differ stand in capitals, after the FDA and ISMP lists of look-alike
 * drug names with recommended mixed case letters, as far as such drugs run in pumps of an intensive care unit.
 */
const TALL_MAN: Readonly<Record<string, string>> = {
  dopamine: 'DOPamine',
  dobutamine: 'DOBUTamine',
  epinephrine: 'EPINEPHrine',
  norepinephrine: 'norEPINEPHrine',
  adrenaline: 'ADRENaline',
  noradrenaline: 'NORadrenaline',
  ephedrine: 'ePHEDrine',
  phenylephrine: 'PHENYLephrine',
  hydromorphone: 'HYDROmorphone',
  fentanyl: 'fentaNYL',
  sufentanil: 'SUFentanil',
  vecuronium: 'veCURonium',
  rocuronium: 'ROCuronium',
  cisatracurium: 'CISatracurium',
  nicardipine: 'niCARdipine',
  nifedipine: 'NIFEdipine',
  clevidipine: 'cleviDIPine',
  vasopressin: 'VASOpressin',
  ketamine: 'ketAMINE',
  dexmedetomidine: 'dexmedeTOMIDine',
  nitroprusside: 'nitroPRUSSide',
  nitroglycerin: 'nitroGLYcerin',
  levetiracetam: 'levETIRAcetam',
  lorazepam: 'LORazepam',
  clonazepam: 'clonazePAM',
};

/** The name of a drug as it is shown: tall-man where a list has it, else with a capital. */
export function drugName(name: string | undefined): string {
  const text = (name ?? '').trim();
  if (text === '') return 'Drug not recorded';
  const [first = '', ...rest] = text.split(/[ -]/);
  const tall = TALL_MAN[first.toLowerCase()];
  const tail = rest.length === 0 ? '' : ` ${rest.join(' ')}`;
  return (tall ?? `${first.slice(0, 1).toUpperCase()}${first.slice(1)}`) + tail;
}

/** Drugs whose stop takes away what holds a circulation up; their stop asks to be meant. */
const VASOACTIVE = new Set([
  'noradrenaline',
  'norepinephrine',
  'adrenaline',
  'epinephrine',
  'dopamine',
  'dobutamine',
  'vasopressin',
  'phenylephrine',
  'nitroprusside',
  'clevidipine',
  'milrinone',
]);

export const isVasoactive = (drug: string | undefined): boolean =>
  VASOACTIVE.has((drug ?? '').toLowerCase().split(/[ -]/)[0] ?? '');
