/** Made-up users of an ordinary size. The same number is always the same user. */

const FIRST =
  'Maria Mario Marta Martin Anna Anton Berta Bruno Carla Carlos Diana Dieter Elena Emil Fatima Felix Greta Hanna Hugo Ida Ivan Julia Jonas Karin Kofi Lena Luca Mina Milan Nadia Noah Olga Omar Paula Pedro Rosa Ravi Sara Stefan Tara Tomas Uma Vera Viktor Wanda Xenia Yuki Yusuf Zoe'.split(
    ' ',
  );
const LAST =
  'Abel Adler Bauer Becker Cohen Conti Diaz Dubois Eriksen Evans Fischer Fontana Garcia Gruber Haas Hansen Ibrahim Ivanov Jansen Jones Keller Kowalski Lang Lopez Meyer Moreau Nguyen Novak Okafor Olsen Patel Petrov Rossi Ruiz Sato Schmidt Silva Tanaka Torres Ueda Vogel Weber Wong Yamada Young Zhang'.split(
    ' ',
  );
const CITIES = 1000;
const TEAMS = 200;

/** A number that looks random, and is the same for the same number and salt. */
export function scattered(number, salt) {
  let mixed = (Math.imul(number, 2_654_435_761) + Math.imul(salt, 40_503)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 0;
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

const pick = (list, number, salt) => list[scattered(number, salt) % list.length];

/** The id of a user of the directory. */
export const idOf = number => `user-${String(number).padStart(7, '0')}`;

export const cityOf = number => `city-${scattered(number, 1) % CITIES}`;
export const teamOf = number => `team-${scattered(number, 2) % TEAMS}`;
export const ageOf = number => 18 + (scattered(number, 3) % 63);
export const firstNameOf = number => pick(FIRST, number, 4);

/** A team that one of a hundred thousand users is in. */
export const RARE_TEAM = 'team-of-few';
const RARELY = 100_000;

/** A user as a back end sends it. */
export function makePerson(number, { id = idOf(number), change = 0 } = {}) {
  return {
    id,
    name: `${firstNameOf(number)} ${pick(LAST, number, 5)} ${number}`,
    image: `https://images.example.com/people/${number}.jpg`,
    role: scattered(number, 6) % 50 === 0 ? 'admin' : 'user',
    teams: number % RARELY === 7 ? [teamOf(number), RARE_TEAM] : [teamOf(number)],
    language: change % 2 ? 'is' : 'en',
    custom: {
      city: cityOf(number),
      age: ageOf(number),
      plan: number % 3 ? 'free' : 'paid',
      tags: ['a', 'b'],
      ...(change > 0 && { change }),
    },
  };
}
