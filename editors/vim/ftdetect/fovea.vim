autocmd BufRead,BufNewFile *.fov setfiletype fovea
