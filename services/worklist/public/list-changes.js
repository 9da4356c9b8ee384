/**
 * What differs between two orders of studies: those that came, those that went, and those that moved among the others.
 *
 * @param {string[]} before
 * @param {string[]} after
 */
export function listChanges(before, after) {
  const [had, has] = [new Set(before), new Set(after)];
  const place = new Map(before.map((study, index) => [study, index]));
  const stayed = after.filter((study) => had.has(study)).map((study) => place.get(study) ?? 0);
  return {
    came: after.filter((study) => !had.has(study)),
    went: before.filter((study) => !has.has(study)),
    moved: stayed.length - longestRise(stayed),
  };
}

/** @param {{ came: string[], went: string[], moved: number }} changes */
export const countOf = ({ came, went, moved }) => came.length + went.length + moved;

/** How many of the numbers can stay where they are: the longest rising subsequence, by patience sorting. */
function longestRise(numbers) {
  const tails = [];
  for (const number of numbers) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tails[middle] < number) low = middle + 1;
      else high = middle;
    }
    tails[low] = number;
  }
  return tails.length;
}
