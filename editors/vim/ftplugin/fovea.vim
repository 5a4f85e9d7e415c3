" Settings for Fovea's models: comments, `fovea fmt` behind gq (gggqG formats the file), and `fovea show` behind :make,
" so that :cnext walks through errors.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal formatprg=fovea\ fmt\ /dev/stdin
setlocal makeprg=fovea\ show\ %:S
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ note:\ %m,fovea:\ %trror:\ %m,%-G%.%#
setlocal suffixesadd=.fov
let &l:include = '^\s*import\>'

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop<'
      \ . ' formatprg< makeprg< errorformat< suffixesadd< include<'
