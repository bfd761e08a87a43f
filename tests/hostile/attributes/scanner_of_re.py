# expect: done
# idea: use re.Scanner's lexicon callbacks as calls and the globals of its class as a way to the parser's modules
import re


def tick(ctx):
    print("plain way:", hasattr(re, "_parser"), hasattr(re, "_compiler"))
    space = re.Scanner.__init__.__globals__
    importer = space["__builtins__"]["__import__"]
    scanner = re.Scanner([(r"\w+", lambda _, word: importer(word))])
    try:
        modules, rest = scanner.scan("posix")
        print("ESCAPED: working folder", modules[0].getcwd(), rest)
    except Exception as error:
        print("refused:", error)
