#!/bin/sh
# wc.sh - lines of text per folder, without what git ignores.
cd "$(dirname "$0")/.." || exit 1
git grep --untracked -Il '' | awk '
    { folder = $0
      if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
      lines = 0
      while ((getline line < $0) > 0) lines++
      close($0)
      files[folder]++; sum[folder] += lines; all += lines; count++ }
    END { for (folder in sum) printf "%7d lines %4d files  %s\n", sum[folder], files[folder], folder | "sort -k5"
          close("sort -k5")
          printf "%7d lines %4d files  in all\n", all, count }'
