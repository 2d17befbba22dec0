/**
 * The plots of how cost grows: what each curve is, and why it is as it is. The sentences stand on the page as they stand here,
 * so a change of a mechanism changes its sentence.
 */

/** Plots over the number of users. */
export const BY_USERS = [
  {
    name: 'growth-writes',
    title: 'Writes, the more users there are',
    y: 'writes a second',
    curves: {
      'users in bulk upserts, created':
        'A new user is a new row in each index of the table, and an index of a million entries is one level deeper than one of ten thousand; a page of the index that is not in the cache any more has to be read.',
      'users in bulk upserts, updated':
        'A user is found by its primary key, and its entries in the other indexes likewise: each is a tree, which is one level deeper at most.',
      'single writes, 64 in flight':
        'What a write costs beside its one row does not know how many users there are: the call, the transaction, the event, the commit.',
      'connectUser over the wire, new':
        'It is a single write and a new live connection; neither looks at other users.',
      'hard deletion, users with 20 messages':
        'A deletion finds what belongs to its user by indexes that begin with the user, so it does not look at what belongs to others.',
    },
  },
  {
    name: 'growth-queries',
    title: 'Queries that an index answers',
    y: 'milliseconds, p50',
    curves: {
      'by id': 'The primary key is a tree: a hundred times as many users make it one level deeper.',
      '30 ids': 'Thirty times the way down the same tree.',
      'indexed custom field (city)':
        'The index holds the field and after it the order of the page, so thirty entries that lie side by side are read, however many there are.',
      'indexed custom field (age)':
        'As with the city, and it does not matter that each age has many more users.',
      'autocomplete of a name':
        'Up to five thousand users whose names begin so are sorted in the index of words, and the first of them are read. With more, the newest users are looked at until thirty match, which is soon.',
      'sorted by name': 'The index is in this order, and its first thirty entries are read.',
      'sorted by last_active': 'The index is in this order as well.',
      'page 1,000 of all':
        'A cursor says where the page begins, so nothing before it is counted or skipped. Ten thousand users have no more than 334 pages: there it is the last one.',
    },
  },
  {
    name: 'growth-rare',
    title: 'Queries that few users match',
    y: 'milliseconds, p50',
    curves: {
      'role + team + custom':
        'The users of each of the three are counted, up to twenty thousand, and the fewest are looked up in the indexes of the others. So the time follows how many the fewest are, and no further than that.',
      'autocomplete that nobody matches':
        'A table holds the words of all users in their order: it says that nobody has one that begins like that.',
      'the same, sorted by name': 'The same table says that there is nobody to sort.',
      '`teams $contains` of a team with few users':
        'A table holds the users of each team in the order of the page; the plan takes it when it finds that they are few.',
      '`teams $contains` of a team without users': 'The same table says that there is nobody.',
      '`last_active $gt` that few match':
        'There is an index of that time. It says that they are few, and the query begins with them.',
    },
  },
  {
    name: 'growth-starts',
    title: 'Starts, and an index of a custom field',
    y: 'seconds',
    curves: {
      start:
        'A start takes users offline that a crash left online. An index holds those who are online, and nobody else.',
      'start after SIGKILL':
        'After a crash the file is checked, which reads all of it. That happens beside the work, so nobody waits for it.',
      'index of a custom field':
        'Every user is read twice: to sort the keys, and to put them in, some hundreds at a time, as they are then.',
      'the longest write meanwhile':
        'An index is filled in short turns, and those who write come in between: they wait for one turn, however many users there are.',
    },
  },
];

/** Plots over the number of listeners. */
export const BY_LISTENERS = [
  {
    name: 'growth-bursts',
    title: 'Events in bursts, the more listeners there are',
    y: 'events delivered a second',
    curves: {
      'through the stack':
        'A listener gets a page at a time, so the rate follows how many events are in a page: what is committed while pages go out comes together in the next one.',
      'raw ws frames':
        'A frame is a call of the system for each listener and each event, so the rate is the same for any number.',
    },
  },
  {
    name: 'growth-single-events',
    title: 'One event at a time, the more listeners there are',
    y: 'milliseconds, p95',
    curves: {
      'to all listeners':
        'One page is sent to each, so the last one waits for as many pages as there are listeners.',
      'to all, raw ws frames': 'One frame to each, the same.',
      'to the 20 whom it concerns':
        'An index finds the listeners by the user whom they watch: the others are not asked.',
      'to 20, raw ws frames': 'Twenty frames, whatever else is connected.',
    },
  },
  {
    name: 'growth-memory',
    title: 'Idle listeners',
    y: 'MiB in use',
    curves: {
      ours: 'A listener keeps its connection, its subscription and its place in the index, each of a fixed size.',
      'raw ws sockets': 'A socket and its buffers.',
    },
  },
];
