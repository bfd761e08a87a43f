# expect: timeout
# full: timeout
# idea: compare two small tuples that share their parts, so that comparing doubles with each level
def tick(ctx):
    left, right = (1,), (1,)
    for _ in range(60):
        left, right = (left, left), (right, right)
    print(left == right)
