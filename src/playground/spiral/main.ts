import { initialValues } from "../shared/settings.js";

initialValues({});
