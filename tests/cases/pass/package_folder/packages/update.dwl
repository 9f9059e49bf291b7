stands for the firmware that the second package describes
