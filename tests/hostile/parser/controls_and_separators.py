# expect: error SyntaxError
# full: error SyntaxError
# idea: use form feeds, carriage returns and separators of other scripts as ends of lines
x = 1y = 2 z = 3import os import sys

def tick(ctx):
    print('ran')
