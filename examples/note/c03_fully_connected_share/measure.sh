. ../words.sh

report() { # NAME [OPTION...]
    name=$1
    shift
    parameters=$(total parameters "$@") macs=$(total macs "$@")
    layers=$(table op parameters macs -- "$@")
    figure "parameters: $name" "$parameters"
    figure "fully connected: $name" "$(share "$(echo "$layers" | awk '$1 == "fc" { n += $2 } END { print n }')" "$parameters")"
    figure "the first: $name" "$(share "$(echo "$layers" | awk '$1 == "fc" { print $2; exit }')" "$parameters")"
    figure "multiply-adds: $name" "$macs"
    figure "of convolutions: $name" "$(share "$(echo "$layers" | awk '$1 == "conv" { n += $3 } END { print n }')" "$macs")"
}

MODEL=../../zoo/alexnet.fov
report "two towers"
figure "units of all layers with weights, two towers" "$(table op activation_bytes -- | awk '$1 ~ /conv|fc/ { n += $2 / 4 } END { print n }')"
report "single column" -D groups=1
MODEL=../../zoo/alexnet_torchvision.fov
report torchvision
