# expect: done | timeout | memory | error SyntaxError | error RecursionError | error MemoryError | crash
# full: done | timeout | memory | error SyntaxError | error RecursionError | error MemoryError | crash
# idea: nest finally clauses, each of which the compiler writes twice, so that code doubles with each level
# memory: 64
def never():
 try: pass
 finally:
  try: pass
  finally:
   try: pass
   finally:
    try: pass
    finally:
     try: pass
     finally:
      try: pass
      finally:
       try: pass
       finally:
        try: pass
        finally:
         try: pass
         finally:
          try: pass
          finally:
           try: pass
           finally:
            try: pass
            finally:
             try: pass
             finally:
              try: pass
              finally:
               try: pass
               finally:
                try: pass
                finally:
                 try: pass
                 finally:
                  try: pass
                  finally:
                   pass

def tick(ctx):
    print('ran')
