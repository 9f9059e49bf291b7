stands for a whole image
