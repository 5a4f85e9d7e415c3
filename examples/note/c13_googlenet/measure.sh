. ../words.sh
MODEL=../../zoo/googlenet.fov

parameters=$(total parameters)
linear=$(layer fc parameters)
figure "layers with weights on the longest path" "$(total weighted_depth)"
figure convolutions "$(table op -- | grep -c '^conv$')"
figure "linear layers" "$(table op -- | grep -c '^fc$')"
figure parameters "$parameters"
figure "of these in the linear layer" "$linear"
figure "share of the linear layer" "$(share "$linear" "$parameters")"
figure "parameters of the convolutions" "$(table op parameters -- | awk '$1 == "conv" { n += $2 } END { print n }')"
figure "parameters with the heads" "$(total parameters -D heads=true)"
figure "multiply-adds" "$(total macs)"
MODEL=../../zoo/alexnet.fov
figure "of AlexNet’s parameters" "$(share "$parameters" "$(total parameters)" 1)"
