import { describe, expect, it } from 'vitest';
import { drugName, isVasoactive } from './drugs.ts';
import { ageOf, durationOf, spanOf } from './times.ts';
import { count, list, placeName, spoken } from './words.ts';

describe('names', () => {
  it('that look alike are told apart by their capitals', () => {
    expect(['dopamine', 'dobutamine', 'noradrenaline', 'adrenaline'].map(drugName)).toEqual([
      'DOPamine',
      'DOBUTamine',
      'NORadrenaline',
      'ADRENaline',
    ]);
    expect(drugName('propofol 2 %')).toBe('Propofol 2 %');
    expect(drugName(undefined)).toBe('Drug not recorded');
  });

  it('of places and words of the services are said as people say them', () => {
    expect([
      placeName('bed-3'),
      placeName('icu-1'),
      placeName(null),
      spoken('softHigh'),
      spoken('front-panel'),
    ]).toEqual(['Bed 3', 'ICU 1', 'No place', 'soft high', 'front panel']);
    expect([count(1, 'pump'), count(0, 'pump'), list(['a', 'b', 'c'])]).toEqual([
      '1 pump',
      '0 pumps',
      'a, b and c',
    ]);
  });

  it('tell which drug holds a circulation up', () => {
    expect([isVasoactive('noradrenaline'), isVasoactive('propofol'), isVasoactive(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a span of time', () => {
  it.each([
    [59, 'under 1 min'],
    [60, '1 min'],
    [3_600, '1 h 00 min'],
    [7_500, '2 h 05 min'],
    [400_000, 'over 99 h'],
    [-1, '---'],
    [undefined, '---'],
  ])('of %s s reads %s', (seconds, shown) => {
    expect(spanOf(seconds)).toBe(shown);
  });

  it('of an alarm counts seconds first', () => {
    expect([ageOf(8_200), ageOf(250_000), durationOf(38.4), durationOf(1_249)]).toEqual([
      '8 s',
      '4 min',
      '38 ms',
      '1.2 s',
    ]);
  });
});
