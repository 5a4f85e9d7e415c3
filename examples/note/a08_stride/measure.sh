. ../words.sh

for stride in 1x1 2x2 3x3 4x4 2x1; do
    bytes=$(layer conv activation_bytes -D stride=$stride)
    figure "stride $stride: map" "$(layer conv output -D stride=$stride)"
    figure "stride $stride: values" $((bytes / 4))
    figure "stride $stride: bytes" "$bytes"
    figure "stride $stride: multiply-adds" "$(layer conv macs -D stride=$stride)"
done
