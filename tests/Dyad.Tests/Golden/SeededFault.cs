using System.Text.Json;
using Dyad.Autodiff;

namespace Dyad.Tests.Golden;

/// <summary>A fault that the reference files must notice: the file's activation with the sign of its gradient rule turned.</summary>
internal static class SeededFault
{
    public static UnaryFunction<double> Activation(JsonElement document) => document.GetProperty("activation").GetString() == "tanh"
        ? new("tanh", UnaryFunctions.Tanh<double>().Kernel, (g, x, y) => -(g * (1 - Operations.Square(y))))
        : new("relu", UnaryFunctions.Relu<double>().Kernel, (g, x, y) => -(g * Operations.Greater(x, Operations.Number<double>(0))));
}
