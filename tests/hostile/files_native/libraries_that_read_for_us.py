# expect: error ImportError
# idea: read the file through modules that open files on behalf of their caller
# full: done
import gzip
import linecache
import pathlib
import tokenize
import zipfile

path = ctx.config["secret_file"]
for read in (lambda: linecache.getlines(path), lambda: pathlib.Path(path).read_text(), lambda: tokenize.open(path).read(),
             lambda: gzip.open(path).read(), lambda: zipfile.ZipFile(path).namelist(), lambda: list(pathlib.Path(path).parent.iterdir())):
    try:
        print("answered", read())
    except OSError as error:
        print("refused:", error.errno)
