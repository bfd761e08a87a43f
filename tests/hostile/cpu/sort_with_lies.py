# expect: done
# idea: sort with comparisons that contradict one another and change their mind
import functools
import random


class Liar:
    def __lt__(self, other):
        return random.random() < 0.5

    __gt__ = __le__ = __ge__ = __lt__


def tick(ctx):
    people = [Liar() for _ in range(20_000)]
    people.sort()
    print(len(sorted(people, reverse=True)), min(people) is max(people))
    print(len(sorted(range(2_000), key=functools.cmp_to_key(lambda a, b: random.choice((-1, 0, 1, 10**40))))))
