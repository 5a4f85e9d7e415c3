. ../words.sh

MODEL=one_unit.fov
figure "weights of one unit, 32x32 pixels" "$(total parameters)"
figure "the same, in three colours" "$(total parameters -D colours=3)"
MODEL=model.fov
figure "units in six maps of 28x28" "$(layer fc output)"
figure "weights: fully connected" "$(layer fc weights)"
figure "weights: six kernels" "$(layer conv weights)"
figure "what show --as-dense says of the convolution" "$(layer conv dense_weights)"
figure "with biases: fully connected" "$(layer fc parameters -D bias=true)"
figure "with biases: six kernels" "$(layer conv parameters -D bias=true)"
