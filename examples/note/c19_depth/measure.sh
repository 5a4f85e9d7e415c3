. ../words.sh

report() { # NAME YEAR MODEL [OPTION...]
    name="$1, $2" MODEL=../../zoo/$3
    shift 3
    depth=$(total weighted_depth "$@")
    figure "$name: depth" "$depth"
    figure "$name: parameters" "$(total parameters "$@")"
    figure "$name: multiply-adds" "$(total macs "$@")"
    figure "$name: field" "$(total receptive_field "$@")"
    echo "$depth $name" >>"$OUT/depths"
}

report AlexNet 2012 alexnet.fov
report VGG-19 2014 vgg.fov -D column=E
report GoogLeNet 2014 googlenet.fov
report ResNet-152 2015 resnet.fov -D depth=152 -D version=1.0
printf '@bars\nLayers with weights on the longest path\nFour bars, the last of them seven times as long as the one before\n'
cat "$OUT/depths"
echo @end
