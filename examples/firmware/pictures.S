/* pictures.S - pictures as the net takes them, instead of a camera. */
    .section .rodata
    .globl pictures
    .balign 4
pictures:
    .incbin "pictures.f32"
