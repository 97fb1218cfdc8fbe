using System.Globalization;
using System.Text.Json.Nodes;
using Dyad.Environments.MuJoCo;

namespace Dyad.Tests.Golden;

/// <summary>
/// Everything of a compiled model that physics depends on: sizes, options, statistics and arrays, by MuJoCo's own names as its
/// headers list them. Names, colours, materials, cameras, lights and memory sizes are left out.
/// </summary>
internal static unsafe class ModelArrays
{
    private static readonly string[] Looks =
    [
        "name", "cam_", "light_", "mesh_", "skin_", "hfield_", "tex_", "mat_", "numeric_", "text_", "tuple_", "key_", "sensor_", "vis.",
        "buffer", "nbuffer", "nstack", "nuser", "ncam", "nlight", "ntex", "nmat", "nkey", "nnumeric", "nnames", "nsensor", "ntuple",
        "geom_matid", "geom_group", "geom_rgba", "geom_user", "site_matid", "site_group", "site_rgba", "site_size", "site_type", "jnt_group",
        "tendon_matid", "tendon_group", "tendon_rgba", "tendon_width", "actuator_group",
    ];

    private static readonly string[] Factors = [" x ", "*"];

    /// <summary>All values, by name.</summary>
    public static SortedDictionary<string, double[]> Of(MujocoModel model)
    {
        HeaderParser headers = MujocoLayout.Parse(model.Library.Installation.Headers!);
        var values = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        foreach (StructField field in model.Library.Layout.Model.Fields)
        {
            if (Looks.Any(prefix => field.Name.StartsWith(prefix, StringComparison.Ordinal)) || Width(field.Type) == 0)
            {
                continue;
            }

            byte* start = (byte*)model.Address + field.Offset;
            if (!field.IsPointer)
            {
                values[field.Name] = Read(start, field.Type, field.Count);
            }
            else if (field.Shape is not null)
            {
                int length = field.Shape.Split(Factors, StringSplitOptions.TrimEntries).Aggregate(1, (product, factor) => product * Size(factor));
                values[field.Name] = Read(*(byte**)start, field.Type, length);
            }
        }

        return values;

        int Size(string factor) => int.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : headers.Constant(factor) ?? model.Integer(factor);
    }

    public static JsonObject ToJson(SortedDictionary<string, double[]> values) => new(values.Select(pair =>
        KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonArray([.. pair.Value.Select(x => (JsonNode)x)]))));

    private static double[] Read(byte* start, string type, int length)
    {
        double[] values = new double[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = Width(type) switch
            {
                1 => start[i],
                4 when type == "float" => ((float*)start)[i],
                4 => ((int*)start)[i],
                _ => ((double*)start)[i],
            };
        }

        return values;
    }

    private static int Width(string type) => type switch { "mjtByte" => 1, "int" or "float" => 4, "mjtNum" or "double" => 8, _ => 0 };
}
