# expect: crash | done | error SystemError | memory
# idea: load code objects from made-up marshal data, with references to what is not yet there
def tick(ctx):
    marshal = print.__self__.__import__("marshal")
    plain = marshal.dumps(tick.__code__)
    for place in range(len(plain)):
        for value in (0, 0x72, 0xE3, 0xFF):
            data = plain[:place] + type(b"")([value]) + plain[place + 1 :]
            try:
                marshal.loads(data)
            except Exception:
                pass
    for data in (b"r\xff\xff\xff\x7f", b"(" + b"\xff\xff\xff\x7f", b"[" * 5000, b"\xdb\x01\0\0\0r\0\0\0\0", b"l\xff\xff\xff\x7f\0\0", b"s\xff\xff\xff\xff"):
        try:
            print(type(marshal.loads(data)))
        except Exception as error:
            print(type(error).__name__, error)
