" Writes what every file in the argument list consists of to groups.txt, a line "GROUP TEXT" for each piece of one
" syntax group; pieces without a group are called "none", blanks are left out.
let s:out = []
for s:file in argv()
  execute 'edit ' . fnameescape(s:file)
  if &filetype !=# 'fovea'
    call add(s:out, 'WRONG-FILETYPE ' . s:file)
  endif
  for s:line in range(1, line('$'))
    let s:text = getline(s:line)
    let s:begin = 1
    while s:begin <= len(s:text)
      let s:group = synIDattr(synID(s:line, s:begin, 1), 'name')
      let s:end = s:begin
      while s:end < len(s:text) && synIDattr(synID(s:line, s:end + 1, 1), 'name') ==# s:group
        let s:end += 1
      endwhile
      let s:piece = trim(s:text[s:begin - 1 : s:end - 1])
      if s:piece !=# ''
        call add(s:out, (s:group ==# '' ? 'none' : s:group[5:]) . ' ' . s:piece)
      endif
      let s:begin = s:end + 1
    endwhile
  endfor
endfor
call writefile(s:out, 'groups.txt')
quitall!
