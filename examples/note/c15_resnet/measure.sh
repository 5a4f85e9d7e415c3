. ../words.sh
MODEL=../../zoo/resnet.fov

for depth in 34 50 152; do
    name="ResNet-$depth"
    figure "layers on the longest path: $name" "$(total weighted_depth -D depth=$depth)"
    figure "in a block: $name" "$(echo $(kernels -D depth=$depth | sed -n 's/^layer2\.1\.conv[0-9] //p'))"
    figure "kernels: $name" "$(kernels -D depth=$depth | in_words)"
    figure "fully connected: $name" "$(table op -- -D depth=$depth | grep -c '^fc$')"
    figure "parameters: $name" "$(total parameters -D depth=$depth)"
done
