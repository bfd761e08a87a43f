# expect: done
# full: done
# idea: have the compiler fold constants into gigabytes
def never():
    return ((1,) * 4096) * 4096, ('a' * 4096) * 4096 * 4096, 2 ** 1000 ** 1000, 1 << 10 ** 9,
    return b'x' * 2 ** 40, -(2 ** 127) ** 128, ((((2 ** 100) ** 100) ** 100) ** 100), '%999999999d' % 1, (1, 2, 3)[-(10 ** 9):]

def tick(ctx):
    print('ran')
