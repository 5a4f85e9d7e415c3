" Indentation while typing; `fovea fmt` does the rest.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=FoveaIndent() indentkeys=0{,0},0),0],!^F,o,O,e,0->
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*FoveaIndent')
  finish
endif

" The line as far as it is no comment.
function! s:Code(number) abort
  return substitute(getline(a:number), '^\%([^"#]\|"[^"]*"\)*\zs#.*$', '', '')
endfunction

" Where the innermost bracket opens that is open at the beginning of the line: [line, column], [0, 0] for none.
function! s:Opener() abort
  let skip = 'synIDattr(synID(line("."), col("."), 0), "name") =~# "Comment\\|String"'
  let innermost = [0, 0]
  for [open, close] in [['(', ')'], ['\[', '\]'], ['{', '}']]
    call cursor(v:lnum, 1)
    let place = searchpairpos(open, '', close, 'bnW', skip)
    if place[0] > innermost[0] || (place[0] == innermost[0] && place[1] > innermost[1])
      let innermost = place
    endif
  endfor
  return innermost
endfunction

" Inside ( and [ a line stands behind the bracket; a statement is one step deeper than its braces; what goes on stands
" under the first arrow, or one step deeper.
function! FoveaIndent() abort
  let above = prevnonblank(v:lnum - 1)
  while above > 0 && s:Code(above) =~# '^\s*$'
    let above = prevnonblank(above - 1)
  endwhile
  let [line, column] = s:Opener()
  let body = line == 0 || getline(line)[column - 1] ==# '{'
  if getline(v:lnum) =~# '^\s*[])}]'
    return body ? indent(line) : virtcol([line, column]) - 1
  endif
  if !body
    return virtcol([line, column])
  endif
  let level = line == 0 ? 0 : indent(line) + shiftwidth()
  let code = s:Code(above)
  if above == 0 || above < line || code =~# '[;{}]\s*$'
    return level
  endif
  if code =~# '\%(^\|}\)\s*\%(if\|for\|on\|else\)\>' && code !~# ';'
    return indent(above) + (getline(v:lnum) =~# '^\s*else\>' ? 0 : shiftwidth())
  endif
  let arrow = match(code, '->')
  return arrow >= 0 && getline(v:lnum) =~# '^\s*->' ? arrow : level + shiftwidth()
endfunction
