. ../words.sh
MODEL=../../zoo/vgg.fov

report() { # NAME [OPTION...]
    name=$1
    shift
    figure "kernels: $name" "$(kernels "$@" | in_words)"
    figure "convolutions before each pooling: $name" "$(echo $(table op -- "$@" | awk '$1 == "conv" { n++ } $1 == "maxpool" { print n; n = 0 }'))"
    figure "fully connected: $name" "$(table op -- "$@" | grep -c '^fc$')"
    figure "parameters: $name" "$(total parameters "$@")"
}

report VGG-16
report VGG-19 -D column=E
report "column C" -D column=C
