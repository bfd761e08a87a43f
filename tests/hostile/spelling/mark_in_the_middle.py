# expect: error SyntaxError
# full: error SyntaxError
# idea: put a byte order mark and other invisible characters between words
def tick(ctx):
    ﻿print​("ESCAPED: never parsed")
