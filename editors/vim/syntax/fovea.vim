" Vim syntax file for Fovea's language (grammar/LANGUAGE.md).
"
" Layers, functions, words and keywords are lists, which tests/run/editors.c holds against the compiler. What stands
" behind "->" or "@" is a label or a layer, whatever else the word may mean: "-> conv: conv(8, 1x1)".

if exists('b:current_syntax')
  finish
endif

let s:layers = [
      \ 'conv', 'conv_transpose', 'fc', 'rbf', 'maxpool', 'avgpool', 'channel_max', 'channel_avg', 'relu', 'relu6',
      \ 'leaky_relu', 'prelu', 'elu', 'selu', 'sigmoid', 'hard_sigmoid', 'tanh', 'scaled_tanh', 'swish', 'hard_swish',
      \ 'gelu', 'softplus', 'celu', 'thresholded_relu', 'shrink', 'abs', 'sqrt', 'exp', 'log', 'erf', 'sin', 'cos',
      \ 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'sign', 'floor', 'ceil', 'round',
      \ 'trunc', 'clamp', 'softmax', 'batchnorm', 'scale', 'lrn', 'dropout', 'normalize', 'add', 'sub', 'mul', 'div',
      \ 'max', 'min', 'pow', 'mod', 'equal', 'less', 'less_equal', 'where', 'reduce_mean', 'reduce_sum', 'reduce_max',
      \ 'reduce_min', 'argmax', 'concat', 'split', 'slice', 'pad', 'flatten', 'reshape', 'transpose', 'squeeze',
      \ 'unsqueeze', 'depth_to_space', 'space_to_depth', 'channel_shuffle', 'resize', 'resample', 'expect',
      \ 'labels', 'constant', 'parameter']
let s:functions = [
      \ 'channels', 'height', 'width', 'shape', 'len', 'reverse', 'sum', 'max', 'min', 'floor', 'ceil', 'div',
      \ 'rotate']
" Words that arguments take, and the arguments that take them.
let s:words = [
      \ 'same', 'valid', 'global', 'constant', 'reflect', 'edge', 'nearest', 'bilinear', 'linear', 'cubic',
      \ 'half_pixel', 'half_pixel_symmetric', 'half_pixel_for_nn', 'corners', 'asymmetric', 'crop', 'half_up',
      \ 'half_down', 'floor', 'ceil', 'dcr', 'crd', 'erf', 'tanh', 'paper', 'caffe', 'rgb', 'bgr']
let s:wordy = ['pad', 'size', 'mode', 'align', 'round', 'order', 'form']

function! s:any(words) abort
  return '\<\%(' . join(a:words, '\|') . '\)\>'
endfunction

syntax case match
syntax sync minlines=300

" ---- keywords ----
syntax keyword foveaKeyword net block nextgroup=foveaDefinition skipwhite
syntax keyword foveaKeyword const nextgroup=foveaConstant skipwhite
syntax keyword foveaInclude import weights
syntax keyword foveaConditional if else
syntax keyword foveaRepeat for in
syntax keyword foveaStatement return on
syntax keyword foveaStatement output nextgroup=foveaOutput skipwhite
syntax keyword foveaBoolean true false
syntax keyword foveaReserved train
syntax match foveaDefinition "\<\h\w*" contained
syntax match foveaConstant "\<\h\w*" contained
syntax match foveaOutput "\<\h\w*" contained

" ---- values ----
syntax match foveaOperator "[-+*/%<>=!?]\|&&\|||\|\.\."
syntax match foveaNumber "\<\d\+\>"
syntax match foveaFloat "\<\d\+\.\d\+\%([eE][-+]\=\d\+\)\=\>\|\<\d\+[eE][-+]\=\d\+\>"
syntax match foveaSize "\<\d\+\%(x\d\+\)\+\>"
syntax match foveaEscape "\\[nt\"\\]" contained
syntax region foveaString start=+"+ skip=+\\.+ end=+"+ oneline contains=foveaEscape
syntax match foveaType "\<\%(f32\|u8\)\>\ze\_s*\["

" ---- calls ----
syntax match foveaCall "\<\h\w*\ze\_s*("
execute 'syntax match foveaLayer "' . s:any(s:layers) . '\ze\_s*("'
execute 'syntax match foveaFunction "' . s:any(s:functions) . '\ze\_s*("'

" ---- inside brackets: names of arguments, and the words that some of them take ----
syntax cluster foveaCode contains=foveaKeyword,foveaInclude,foveaConditional,foveaRepeat,foveaStatement,foveaBoolean,
      \foveaReserved,foveaOperator,foveaNumber,foveaFloat,foveaSize,foveaString,foveaType,foveaCall,foveaLayer,
      \foveaFunction,foveaArguments,foveaArrow,foveaAgain,foveaComment
syntax region foveaArguments start="(" end=")" transparent
      \ contains=@foveaCode,foveaArgument,foveaWordyArgument,foveaGlobal
syntax match foveaArgument "\<\h\w*\ze\_s*==\@!" contained
execute 'syntax match foveaWordyArgument "' . s:any(s:wordy) . '\ze\_s*==\@!" contained nextgroup=foveaIs skipwhite'
syntax match foveaIs "=" contained nextgroup=foveaWord skipwhite
execute 'syntax match foveaWord "' . s:any(s:words) . '" contained'
syntax match foveaGlobal "\%((\s*\)\@4<=global\>" contained

" ---- pipelines: labels and layers ----
syntax match foveaArrow "->" nextgroup=foveaStage,foveaStageLayer,foveaStageFunction,foveaLabel skipwhite skipempty
syntax match foveaAgain "@" nextgroup=foveaSharedLabel skipwhite skipempty
syntax match foveaStage "\<\w\+" contained
execute 'syntax match foveaStageLayer "' . s:any(s:layers) . '" contained'
execute 'syntax match foveaStageFunction "' . s:any(filter(copy(s:functions), 'index(s:layers, v:val) < 0')) . '" contained'
syntax match foveaLabel "\%(\w\|{[^{}]*}\)\%([A-Za-z0-9_.]\|{[^{}]*}\)*\ze\_s*:" contained contains=foveaPlaceholder
      \ nextgroup=foveaColon skipwhite skipempty
syntax match foveaSharedLabel "\%(\w\|{[^{}]*}\)\%([A-Za-z0-9_.]\|{[^{}]*}\)*" contained contains=foveaPlaceholder
syntax match foveaColon ":" contained nextgroup=foveaStage,foveaStageLayer,foveaStageFunction skipwhite skipempty
syntax region foveaPlaceholder matchgroup=foveaBrace start="{" end="}" contained oneline contains=@foveaCode

" ---- comments, which are nowhere something else ----
syntax keyword foveaTodo contained TODO FIXME XXX NOTE
syntax match foveaComment "#.*$" contains=foveaTodo,@Spell

highlight default link foveaKeyword Structure
highlight default link foveaInclude Include
highlight default link foveaConditional Conditional
highlight default link foveaRepeat Repeat
highlight default link foveaStatement Statement
highlight default link foveaBoolean Boolean
highlight default link foveaReserved Error
highlight default link foveaDefinition Function
highlight default link foveaConstant Constant
highlight default link foveaOutput Identifier
highlight default link foveaOperator Operator
highlight default link foveaArrow Operator
highlight default link foveaAgain Operator
highlight default link foveaNumber Number
highlight default link foveaFloat Float
highlight default link foveaSize Number
highlight default link foveaEscape SpecialChar
highlight default link foveaString String
highlight default link foveaType Type
highlight default link foveaCall Identifier
highlight default link foveaLayer Function
highlight default link foveaFunction Function
highlight default link foveaArgument Identifier
highlight default link foveaWordyArgument Identifier
highlight default link foveaIs Operator
highlight default link foveaWord Constant
highlight default link foveaGlobal Constant
highlight default link foveaStage Identifier
highlight default link foveaStageLayer Function
highlight default link foveaStageFunction Function
highlight default link foveaLabel Label
highlight default link foveaSharedLabel Label
highlight default link foveaBrace Delimiter
highlight default link foveaTodo Todo
highlight default link foveaComment Comment

let b:current_syntax = 'fovea'
