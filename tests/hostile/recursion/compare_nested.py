# expect: done | crash
# idea: compare, hash, copy and repeat structures nested a hundred thousand deep
import copy


def tick(ctx):
    left, right, pair = [], [], ()
    for _ in range(100_000):
        left, right, pair = [left], [right], (pair,)
    for act in (lambda: left == right, lambda: left < right, lambda: copy.deepcopy(left), lambda: repr(pair), lambda: pair == (pair,), lambda: hash(pair)):
        try:
            print("gave", act())
        except Exception as error:
            print("refused:", type(error).__name__)
