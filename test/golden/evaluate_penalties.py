"""What Keras's `evaluate` gives for models with penalties: the values in test/training/evaluate.test.ts.

    KERAS_BACKEND=jax python evaluate_penalties.py

Recorded from Keras 3.15.1 on JAX, float32.
"""
import keras
from hashed import hashed_uniform
from keras import layers, regularizers

SIZES = [(6, 5), (5, 3), (3, 6)]


def evaluate(activity, kernel):
    """Loss of 40 samples through 6-5-3-6 (tanh, tanh, linear) with L1 strengths of its hidden layers' activations."""
    model = keras.Sequential([keras.Input((6,))])
    for index, (inputs, units) in enumerate(SIZES):
        strength = activity[index] if index < len(activity) else 0
        model.add(
            layers.Dense(
                units,
                activation="linear" if index == len(SIZES) - 1 else "tanh",
                activity_regularizer=regularizers.L1(strength) if strength else None,
                kernel_regularizer=regularizers.L2(kernel) if kernel else None,
            )
        )
        weight = hashed_uniform(10 + index, inputs * units, -1, 1).reshape(units, inputs)
        model.layers[index].set_weights([weight.T, hashed_uniform(20 + index, units, -0.5, 0.5)])
    model.compile(loss="mse")
    x = hashed_uniform(1, 40 * 6, 0, 1).reshape(40, 6)
    return model.evaluate(x, x, batch_size=16, verbose=0)


for activity, kernel in [((0, 0.1), 0), ((0.05, 0.2), 0), ((0.05, 0.2), 0.01)]:
    print(activity, kernel, f"{evaluate(activity, kernel):.9f}")
