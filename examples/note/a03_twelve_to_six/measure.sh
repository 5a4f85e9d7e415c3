. ../words.sh

figure "weights: fully connected" "$(layer fc parameters)"
figure "weights: convolution" "$(layer conv parameters)"
