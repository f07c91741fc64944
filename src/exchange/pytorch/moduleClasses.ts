// Classes of generated programs for what PyTorch's own modules calculate otherwise than Keras's. Samples between layers
// have their channels last.
import { RECURRENT_CLASSES } from "./recurrentClasses.js";

/** `pad` and `crop` count values before and after each dimension, the last dimension first, as `F.pad` does. */
function convolution(name: "Conv1d" | "Conv2d"): string {
  return `
class ${name}(nn.${name}):
    """A convolution, channels last. \`pad\` is the padding before and after, of the last dimension first."""

    def __init__(self, *sizes, pad=(0, 0), **options):
        super().__init__(*sizes, **options)
        self.pad = pad

    def forward(self, x):
        return super().forward(F.pad(x.movedim(-1, 1), self.pad)).movedim(1, -1)`;
}

function transposedConvolution(name: "ConvTranspose1d" | "ConvTranspose2d"): string {
  return `
class ${name}(nn.${name}):
    """A transposed convolution, channels last. \`crop\` is what goes before and after, of the last dimension first."""

    def __init__(self, *sizes, crop=(0, 0), **options):
        super().__init__(*sizes, **options)
        self.crop = [-size for size in crop]

    def forward(self, x):
        return F.pad(super().forward(x.movedim(-1, 1)), self.crop).movedim(1, -1)`;
}

function maxPooling(dimensions: 1 | 2): string {
  return `
class MaxPool${dimensions}d(nn.Module):
    """The largest value of each window, channels last."""

    def __init__(self, size, stride, pad=(0, 0)):
        super().__init__()
        self.size, self.stride, self.pad = size, stride, pad

    def forward(self, x):
        x = F.pad(x.movedim(-1, 1), self.pad, value=-torch.inf)
        return F.max_pool${dimensions}d(x, self.size, self.stride).movedim(1, -1)`;
}

function averagePooling(dimensions: 1 | 2): string {
  return `
class AvgPool${dimensions}d(nn.Module):
    """The mean of each window, channels last. Padding does not count."""

    def __init__(self, size, stride, pad=(0, 0)):
        super().__init__()
        self.size, self.stride, self.pad = size, stride, pad

    def means(self, x):
        return F.avg_pool${dimensions}d(F.pad(x, self.pad), self.size, self.stride)

    def forward(self, x):
        x = x.movedim(-1, 1)
        y = self.means(x)
        if any(self.pad):  # The means of ones tell which part of a window is there.
            y = y / self.means(torch.ones_like(x))
        return y.movedim(1, -1)`;
}

/** Source of each class by its name, in the order in which a program has them. */
export const MODULE_CLASSES: Readonly<Record<string, string>> = {
  Scaling: `
class Scaling(nn.Module):
    """Scales samples to (x - offset) / scale. \`rest\` is what float32 rounds off the offset."""

    def __init__(self, *shape):
        super().__init__()
        for name in ("offset", "rest", "scale"):
            self.register_buffer(name, torch.zeros(shape))

    def forward(self, x):
        return (((x - self.offset) - self.rest) / self.scale).float()

    def invert(self, x):
        return (x * self.scale + self.rest) + self.offset`,
  MaskingNoise: `
class MaskingNoise(nn.Module):
    """In training, sets values to 0 with the probability \`rate\`."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return torch.where(torch.rand_like(x) < self.rate, 0.0, x) if self.training else x`,
  SaltAndPepper: `
class SaltAndPepper(nn.Module):
    """In training, sets values to 0 or to 1, each with half the probability \`rate\`."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        drawn = torch.rand_like(x)
        return torch.where(drawn < self.rate, (drawn < self.rate / 2).float(), x)`,
  GaussianNoise: `
class GaussianNoise(nn.Module):
    """In training, adds normal noise."""

    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        return x + self.deviation * torch.randn_like(x) if self.training else x`,
  SpatialDropout: `
class SpatialDropout(nn.Module):
    """In training, sets whole channels to 0 with the probability \`rate\`, channels last."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        ones = torch.ones_like(x[(slice(None),) + (slice(1),) * (x.dim() - 2)])
        return x * F.dropout(ones, self.rate, self.training)`,
  Conv1d: convolution("Conv1d"),
  Conv2d: convolution("Conv2d"),
  ConvTranspose1d: transposedConvolution("ConvTranspose1d"),
  ConvTranspose2d: transposedConvolution("ConvTranspose2d"),
  TiedLinear: `
class TiedLinear(nn.Module):
    """A linear layer with the weight of another one, transposed, and a bias of its own."""

    def __init__(self, mirror, bias=True):
        super().__init__()
        self.mirror = [mirror]  # In a list, its weight stays with the other layer.
        self.register_parameter("bias", nn.Parameter(torch.zeros(mirror.in_features)) if bias else None)

    def forward(self, x):
        return F.linear(x, self.mirror[0].weight.t(), self.bias)`,
  TiedConvolution: `
class TiedConvolution(nn.Module):
    """A convolution with the weight of its mirror image, and a bias of its own, channels last."""

    def __init__(self, function, mirror, filters, bias=True, pad=(0, 0), crop=(0, 0), **options):
        super().__init__()
        self.function, self.options = function, options
        self.mirror = [mirror]  # In a list, its weight stays with the other layer.
        self.pad, self.crop = pad, [-size for size in crop]
        self.register_parameter("bias", nn.Parameter(torch.zeros(filters)) if bias else None)

    def forward(self, x):
        x = F.pad(x.movedim(-1, 1), self.pad)
        y = self.function(x, self.mirror[0].weight, self.bias, **self.options)
        return F.pad(y, self.crop).movedim(1, -1)`,
  ...RECURRENT_CLASSES,
  BatchNorm: `
class BatchNorm(nn.Module):
    """
    Normalizes each element of the last dimension, in training by the batch's mean and (population) variance.
    \`momentum\` is the part of the running ones that a step keeps, as in Keras.
    """

    def __init__(self, size, momentum, eps, weight=True, bias=True):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.register_parameter("weight", nn.Parameter(torch.ones(size)) if weight else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(size)) if bias else None)
        self.register_buffer("running_mean", torch.zeros(size))
        self.register_buffer("running_var", torch.ones(size))

    def moments(self, x):
        return x.mean(0), x.var(0, unbiased=False)

    def forward(self, x):
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = self.moments(x.flatten(0, -2))
            with torch.no_grad():
                self.running_mean.lerp_(mean, 1 - self.momentum)
                self.running_var.lerp_(variance, 1 - self.momentum)
        y = (x - mean) / torch.sqrt(variance + self.eps)
        y = y if self.weight is None else y * self.weight
        return y if self.bias is None else y + self.bias`,
  CenteredLayerNorm: `
class CenteredLayerNorm(nn.LayerNorm):
    """Layer normalization with a bias, but without a weight."""

    def __init__(self, size, eps):
        super().__init__(size, eps=eps)
        self.register_parameter("weight", None)`,
  MaxPool1d: maxPooling(1),
  MaxPool2d: maxPooling(2),
  AvgPool1d: averagePooling(1),
  AvgPool2d: averagePooling(2),
  GlobalAveragePooling2d: `
class GlobalAveragePooling2d(nn.Module):
    """The mean of each channel."""

    def forward(self, x):
        return x.mean((1, 2))`,
  UpSampling1d: `
class UpSampling1d(nn.Module):
    """Repeats each step."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return x.repeat_interleave(self.size, dim=1)`,
  UpSampling2d: `
class UpSampling2d(nn.Module):
    """Enlarges images, channels last."""

    def __init__(self, size, **options):
        super().__init__()
        self.size, self.options = size, options

    def forward(self, x):
        return F.interpolate(x.movedim(-1, 1), scale_factor=self.size, **self.options).movedim(1, -1)`,
  RepeatVector: `
class RepeatVector(nn.Module):
    """The same vector at each of \`n\` steps."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x[:, None].expand(-1, self.n, -1)`,
  Reshape: `
class Reshape(nn.Module):
    """Gives samples another shape."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)`,
  Gaussian: `
class Gaussian(nn.Linear):
    """A code of normal distributions: their mean, and in training a random draw."""

    def __init__(self, inputs, units):
        super().__init__(inputs, 2 * units)

    def forward(self, x):
        self.mean, self.log_variance = super().forward(x).chunk(2, dim=1)
        if not self.training:
            return self.mean
        return self.mean + torch.exp(0.5 * self.log_variance) * torch.randn_like(self.mean)

    def divergence(self):
        """Of each sample's distribution from the standard normal one, after a forward pass."""
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).sum(1)`,
};
